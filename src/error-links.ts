/** The page that says of each code what causes it and what to do, where the repository has it. */
const PAGE = 'docs/errors.md'

const LINKS = / See docs\/errors\.md#[a-z_]+/g

/** A message with the place of its code behind it, and without those of messages that it quotes. */
export function withLink(message: string, code: string): string {
  return `${message.replace(LINKS, '')} See ${PAGE}#${code.toLowerCase()}`
}
