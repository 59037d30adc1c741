import { inspect } from 'node:util'
import { serialize } from 'node:v8'

/** Everything that a log, a dump or a copy of it may hold of a thing, and of the causes of an error. */
export function printed(thing: unknown): string {
  const texts = [
    String(thing),
    inspect(thing, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity }),
    JSON.stringify(thing) ?? '',
    attempt(() => serialize(structuredClone(thing)).toString('latin1')),
    [...fields(thing)].join('\n'),
  ]
  for (let each = thing; each instanceof Error; each = each.cause) texts.push(each.message, each.stack ?? '')
  return texts.join('\n')
}

/** What is reached by those who walk over properties themselves, as loggers and copiers do. */
function* fields(thing: unknown, seen = new Set<unknown>()): Iterable<string> {
  if (typeof thing === 'string') yield thing
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return
  seen.add(thing)
  for (const key in thing) yield* fields((thing as Record<string, unknown>)[key], seen)
  for (const key of Reflect.ownKeys(thing)) {
    const property = Reflect.getOwnPropertyDescriptor(thing, key)
    if (property?.enumerable === true) yield* fields(property.value, seen)
  }
}

function attempt(print: () => string): string {
  try {
    return print()
  } catch (error) {
    return String(error)
  }
}
