import { types } from 'node:util'
import { OperationNodeTransformer, type PrimitiveValueListNode, type ValueNode } from 'kysely'
import { arrayCodec } from '../../types/composed/array.js'
import type { Codec } from '../../types/codec.js'
import { codecFor } from '../../types/codec-for.js'
import { checkString } from '../../types/text/text.js'
import { EncodeError } from '../../errors.js'
import { Operand } from '../../shape/operand.js'
import type { Encoded } from './condition.js'

/** Values of a Kysely expression have no column to tell their type: they are written by what they are. */
const anyCodec: Codec = {
  name: 'parameter',
  decodeText: (text) => text,
  encode: (value) => {
    switch (typeof value) {
      case 'string':
        return codecFor('text').encode(value)
      case 'number':
      case 'bigint':
      case 'boolean':
        return String(value)
      case 'object':
        if (types.isDate(value)) return codecFor('timestamptz').encode(value)
        if (types.isUint8Array(value)) return Buffer.from(value)
        return Array.isArray(value) ? anyArray.encode(value) : codecFor('jsonb').encode(value)
      default:
        throw new EncodeError(`An expression of filter() takes no ${typeof value} as a value.`)
    }
  },
}

const anyArray = arrayCodec(anyCodec, { delimiter: ',', flat: false })

/** Makes operands of the values of an expression, so that they are the same by every path that runs it. */
export class ExpressionValues extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    if (node.immediate !== true) return { ...node, value: encode(node.value) }
    // Literals, such as the keys of JSON paths.
    if (typeof node.value === 'string') checkString('A literal in an expression', node.value)
    return node
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...node, values: node.values.map(encode) }
  }
}

function encode(value: unknown): Operand<Encoded | null> {
  return new Operand(value === null ? null : anyCodec.encode(value))
}
