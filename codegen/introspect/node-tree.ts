/** A node of a parsed statement, as the server prints it: `{VAR :varno 1 :varattno 2}`. */
export interface Node {
  readonly name: string
  readonly fields: ReadonlyMap<string, Value>
}

/** A field's value: a word, a node, or a list. */
export type Value = string | Node | readonly Value[]

interface Open {
  readonly items: Value[]
  readonly isNode: boolean
}

const TOKENS = /[(){}]|(?:\\[^]|[^\s(){}\\])+/g

/** Reads a pg_node_tree. Expressions nest as deep as people like, so that this does not recurse. */
export function readNodeTree(text: string): Value {
  const stack: Open[] = [{ items: [], isNode: false }]
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '(') stack.push({ items: [], isNode: token === '{' })
    else if (token !== '}' && token !== ')') stack.at(-1)?.items.push(token)
    else {
      const { items, isNode } = stack.pop() ?? { items: [], isNode: false }
      stack.at(-1)?.items.push(isNode ? toNode(items) : items)
    }
  }
  return stack[0]?.items ?? []
}

/** What follows a field's name is its value, whatever it looks like: a column may be called `:expr`. */
function toNode([name = '', ...rest]: readonly Value[]): Node {
  const fields = new Map<string, Value>()
  for (let index = 0; index < rest.length; index++) {
    const field = rest[index]
    if (typeof field !== 'string' || !field.startsWith(':')) continue
    fields.set(field.slice(1), rest[++index] ?? '')
  }
  return { name: typeof name === 'string' ? name : '', fields }
}

/** Every node of a tree. */
export function* nodesOf(tree: Value): Iterable<Node> {
  const open: Value[] = [tree]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string') continue
    if (isList(value)) for (const item of value) open.push(item)
    else {
      yield value
      for (const item of value.fields.values()) open.push(item)
    }
  }
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}
