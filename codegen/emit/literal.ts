import { stringLiteral } from '../naming/string-literal.js'
import { WIDTH } from './braces.js'

export { stringLiteral }

/** A property name, quoted unless it is a plain identifier. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name)
}

/**
 * Plain data as an expression that keeps to the width where it can; what is undefined is left out.
 *
 * @param column - where on its line the expression begins, with what follows it.
 * @param indent - how deep the line it begins on is indented.
 */
export function dataLiteral(value: unknown, column: number, indent: number): string {
  return broken(value, column, indent, new Map())
}

/** Texts on one line, which are looked at again for each level they are on. */
type Lines = Map<object, string>

function broken(value: unknown, column: number, indent: number, lines: Lines): string {
  const line = flat(value, lines)
  if (column + line.length <= WIDTH || typeof value !== 'object' || value === null) return line
  const inner = ' '.repeat(indent + 2)
  const end = `\n${' '.repeat(indent)}`
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${broken(item, indent + 3, indent + 2, lines)},`)
    return `[\n${items.join('\n')}${end}]`
  }
  const properties = entriesOf(value).map(([key, item]) => {
    const name = `${inner}${propertyKey(key)}: `
    return `${name}${broken(item, name.length + 1, indent + 2, lines)},`
  })
  return `{\n${properties.join('\n')}${end}}`
}

function flat(value: unknown, lines: Lines): string {
  if (typeof value === 'string') return stringLiteral(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let line = lines.get(value)
  if (line === undefined) {
    line = Array.isArray(value)
      ? `[${value.map((item) => flat(item, lines)).join(', ')}]`
      : braced(entriesOf(value).map(([key, item]) => `${propertyKey(key)}: ${flat(item, lines)}`))
    lines.set(value, line)
  }
  return line
}

function braced(properties: readonly string[]): string {
  return properties.length === 0 ? '{}' : `{ ${properties.join(', ')} }`
}

function entriesOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined)
}
