declare const SLUICE_VERSION: string | undefined

/**
 * A process may hold several copies of sluice: as ES modules and as CommonJS, by a module registry that is reset between
 * tests, in the packages of a monorepo. What has to be one is kept where all of them find it, under symbols of the registry
 * that realms share; what differs between versions carries this one.
 */
export const version: string = typeof SLUICE_VERSION === 'string' ? SLUICE_VERSION : 'source'

/** What is known of an object, once for all copies of this version; by any of them with a `scope` of its own. */
export class Attached<Owner extends object, Value> {
  readonly #key: symbol

  constructor(name: string, scope = `@${version}`) {
    this.#key = Symbol.for(`sluice.${name}${scope}`)
  }

  get(owner: Owner): Value | undefined {
    // Only `set` writes it.
    return Object.hasOwn(owner, this.#key) ? (owner as { [key: symbol]: Value })[this.#key] : undefined
  }

  set(owner: Owner, value: Value): void {
    Object.defineProperty(owner, this.#key, { value, configurable: true })
  }
}

type Classes = Readonly<Record<string, abstract new (...args: never) => object>>

/**
 * Has `instanceof` recognise what other copies make of the same classes, of any version unless a `scope` says otherwise.
 * And has each class called by its name, whatever a minifier has made of that.
 */
export function recognise(classes: Classes, scope = ''): void {
  for (const [name, Class] of Object.entries(classes)) {
    const brand = Symbol.for(`sluice.${name}${scope}`)
    Object.defineProperty(Class, 'name', { value: name })
    Object.defineProperty(Class.prototype, brand, { value: true })
    Object.defineProperty(Class, Symbol.hasInstance, {
      value(this: unknown, value: unknown): boolean {
        // Classes of the application's own that extend it inherit this.
        if (this !== Class) return isInstance.call(this, value)
        return typeof value === 'object' && value !== null && brand in value
      },
    })
  }
}

const isInstance = Function.prototype[Symbol.hasInstance] as (this: unknown, value: unknown) => boolean

/** Why what is of another version cannot be used; undefined for this one. */
export function refusalOf(what: string, other: string): string | undefined {
  if (other === version) return undefined
  return (
    `${what} is of sluice ${other}, and this is sluice ${version}: two versions in one process cannot share it. ` +
    'Have one installed ("npm ls sluice" shows where they come from), or give each a pool of its own.'
  )
}
