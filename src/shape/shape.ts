import { isInParts, known, knownNumber, PARTS } from './known.js'
import { Operand, Placeholder } from './operand.js'

/** What something is apart from its operands. */
export interface Shape {
  /**
   * Equal for two subjects that differ in nothing but the values of their operands, and for no others; undefined where
   * something in it is neither plain data nor known.
   */
  readonly key: string | undefined
  /** In the order in which they are met. */
  readonly operands: readonly Operand[]
}

/**
 * Reads a subject's shape, by looking at everything in it and not at a list of what matters. Operands are left out;
 * whatever {@link known} stands for itself goes by its number; all else is plain data, of which the whole contents are
 * written down, with the names of properties and with which parts are one and the same object: what compares parts by
 * identity finds in a subject of equal shape what it found here.
 */
export function shapeOf(subject: object): Shape {
  const reading = new Reading()
  reading.read(subject)
  return { key: reading.isOpaque ? undefined : reading.text, operands: reading.operands }
}

class Reading {
  text = ''
  isOpaque = false
  readonly operands: Operand[] = []
  /** Objects that were met, by when. */
  readonly #met = new Map<object, number>()

  /** Each kind of value begins with a letter of its own and says where it ends, so that no two texts are alike. */
  read(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.text += `s${value.length}:${value}`
        return
      case 'object':
        if (value === null) this.text += '0'
        else this.#readObject(value)
        return
      case 'boolean':
        this.text += value ? 't' : 'f'
        return
      case 'undefined':
        this.text += 'u'
        return
      case 'number':
        this.text += Object.is(value, -0) ? 'n-0;' : `n${value};`
        return
      case 'bigint':
        this.text += `i${value};`
        return
      case 'function':
        this.#readKnown(value)
        return
      case 'symbol':
        this.isOpaque = true
    }
  }

  #readKnown(object: object): void {
    const number = knownNumber(object)
    if (number === undefined) this.isOpaque = true
    else this.text += `@${number};`
  }

  #readObject(object: object): void {
    const number = knownNumber(object)
    if (number !== undefined) {
      this.text += `@${number};`
      return
    }
    const before = this.#met.get(object)
    if (before !== undefined) {
      this.text += `=${before};`
      return
    }
    this.#met.set(object, this.#met.size)
    if (object instanceof Operand) {
      this.operands.push(object)
      this.text += '?'
    } else if (Array.isArray(object)) {
      this.text += '['
      for (const each of object) this.read(each)
      this.text += ']'
    } else if (isPlain(object)) {
      this.text += '{'
      for (const name of Object.keys(object)) {
        this.text += `${name.length}:${name}`
        // A property of its own.
        this.read((object as Record<string, unknown>)[name])
      }
      this.text += '}'
    } else if (isInParts(object)) {
      this.text += '<'
      this.#readKnown(known(object.constructor))
      this.read(object[PARTS])
      this.text += '>'
    } else {
      this.isOpaque = true
    }
  }
}

/** A copy of a subject with something else in place of each operand. */
function withOperands<T extends object>(subject: T, replace: (operand: Operand) => unknown): T {
  const copies = new Map<object, unknown>()
  const copyOf = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || knownNumber(value) !== undefined) return value
    const before = copies.get(value)
    if (before !== undefined) return before
    const copy = copied(value)
    copies.set(value, copy)
    return copy
  }
  const copied = (object: object): unknown => {
    if (object instanceof Operand) return replace(object)
    if (Array.isArray(object)) return object.map(copyOf)
    if (!isPlain(object)) return object
    return Object.fromEntries(Object.entries(object).map(([name, each]) => [name, copyOf(each)]))
  }
  // The same, but for operands, which its users cannot look into.
  return copyOf(subject) as T
}

/**
 * A copy of a subject of this shape, without the values of its operands. What makes SQL from it makes that from what the
 * shape says and from nothing else, since there is no more in the copy.
 */
export function withPlaceholders<T extends object>(subject: T, { operands }: Shape): T {
  const places = new Map(operands.map((operand, index) => [operand, new Placeholder(index)]))
  return withOperands(subject, (operand) => places.get(operand))
}

/** A copy of a subject with the values themselves, for who is given SQL to go on with. */
export function withValues<T extends object>(subject: T): T {
  return withOperands(subject, (operand) => Operand.valueOf(operand))
}

/** Of any realm, what comes next behind a literal's prototype is nothing. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}
