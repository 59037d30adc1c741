/** For promises whose failure is kept and thrown where the consumer gets to it. */
export async function silently(promise: Promise<unknown>): Promise<void> {
  try {
    await promise
  } catch {
    // Kept by the portal.
  }
}
