/** A column of a relation, by their numbers. */
export interface Place {
  readonly relation: number
  readonly number: number
}

/** The key of a place in maps and sets. */
export function placeOf({ relation, number }: Place): string {
  return `${relation} ${number}`
}
