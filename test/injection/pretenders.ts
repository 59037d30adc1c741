/** Objects that pretend to be strings, and pretend badly. */
export function pretenders(text: string): unknown[] {
  return [
    Object(text),
    [text],
    [[text]],
    { toString: () => text },
    { valueOf: () => text, toString: () => text },
    { [Symbol.toPrimitive]: () => text },
    { toJSON: () => text },
    { toPostgres: () => text },
    { toSQL: () => ({ sql: text }), rawType: text },
    {
      toOperationNode: () => ({ kind: 'RawNode', sqlFragments: [text], parameters: [] }),
      isRawBuilder: true,
    },
    Object.defineProperty({}, 'length', { get: () => text, enumerable: true }),
    Object.create({ toString: () => text }),
    Object.create(null),
    Object.assign(() => text, { toString: () => text }),
    new (class extends String {})(text),
    new Proxy({}, { get: (_, key) => (key === Symbol.toPrimitive ? () => text : text) }),
    Symbol(text),
    Buffer.from(text),
    new Date(Number.NaN),
    new Map([[text, text]]),
    Number.NaN,
    true,
    0,
    10n,
    undefined,
    null,
  ]
}
