import { seeded } from '../types/json-documents.js'

/** Chances that come out the same for the same seed and number, whatever runs beside. */
export class Dice {
  readonly #random: () => number

  constructor(seed: number, number: number) {
    this.#random = seeded(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
    // The first numbers of neighbouring seeds are neighbours as well.
    for (let round = 0; round < 8; round++) this.#random()
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  pick<T>(...choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  chance(share: number): boolean {
    return this.#random() < share
  }
}
