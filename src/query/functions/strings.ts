import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { baseName } from '../../types/same-type.js'
import { calling, castTo, computed } from '../expression/computed.js'
import type { Argument, ArgumentOf, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { numberArgument } from './math.js'
import { textArgument } from './text.js'

/** Without spaces at both ends: `btrim(name)`. */
export const trim = ofText<string>('trim', 'btrim')
/** Without spaces at the start. */
export const ltrim = ofText<string>('ltrim')
/** Without spaces at the end. */
export const rtrim = ofText<string>('rtrim')
/** The characters in the opposite sequence. */
export const reverse = ofText<string>('reverse')
/** The code point of the first character: `ascii(name)`. */
export const ord = ofText<number>('ord', 'ascii', 'int4')
/** As 32 hexadecimal digits. */
export const md5 = ofText<string>('md5')
/** As hexadecimal digits, of the text in UTF-8: `encode(sha224(convert_to(name, 'UTF8')), 'hex')`. */
export const sha224 = hashing('sha224')
/** As hexadecimal digits, of the text in UTF-8: `encode(sha256(convert_to(name, 'UTF8')), 'hex')`. */
export const sha256 = hashing('sha256')
/** As hexadecimal digits, of the text in UTF-8: `encode(sha384(convert_to(name, 'UTF8')), 'hex')`. */
export const sha384 = hashing('sha384')
/** As hexadecimal digits, of the text in UTF-8: `encode(sha512(convert_to(name, 'UTF8')), 'hex')`. */
export const sha512 = hashing('sha512')

/** The first characters, so many; with a minus all but the last ones. */
export const left = counted('left')
/** The last characters, so many; with a minus all but the first ones. */
export const right = counted('right')
/** The text so many times. */
export const repeat = counted('repeat')

/** The character of a code point. */
export function chr<const A extends Argument>(code: A): QueryExpression<Strict<string, [A]>> {
  return new QueryExpression([code], (target) =>
    calling('chr', { type: 'text' }, [wholeArgument(target, code, 'chr')]),
  )
}

/** Filled up to a length at the start, with spaces if not said, or cut to it. */
export const lpad = padding('lpad')
/** The same at the end. */
export const rpad = padding('rpad')

/** With each occurrence of a text replaced by another: `replace('name', value('-'), value(' '))`. */
export function replace<const A extends Argument, const From extends Argument, const To extends Argument>(
  argument: A,
  from: From,
  to: To,
): QueryExpression<Strict<string, [A, From, To]>> {
  return new QueryExpression([argument, from, to], (target) =>
    calling(
      'replace',
      { type: 'text' },
      [argument, from, to].map((each) => textArgument(target, each, 'replace')),
    ),
  )
}

/** Where a text is first found in another, from 1; 0 where it is not: `strpos(name, 'x')`. */
export function strIndex<const A extends Argument, const B extends Argument>(
  argument: A,
  wanted: B,
): QueryExpression<Strict<number, [A, B]>> {
  return new QueryExpression([argument, wanted], (target) =>
    calling(
      'strpos',
      { type: 'int4' },
      [argument, wanted].map((each) => textArgument(target, each, 'strIndex')),
    ),
  )
}

/** Characters from a position, counted from 1, to the end or so many: `substr(name, 2, 3)`. */
export function substr<const A extends Argument, const From extends Argument>(
  argument: A,
  from: From,
  length?: Argument,
): QueryExpression<Strict<string, [A, From]>> {
  const numbers = length === undefined ? [from] : [from, length]
  return new QueryExpression([argument, ...numbers], (target) =>
    calling('substr', { type: 'text' }, [
      textArgument(target, argument, 'substr'),
      ...numbers.map((each) => wholeArgument(target, each, 'substr')),
    ]),
  )
}

/** A text that is sorted and compared by a collation: `name COLLATE "C"`. */
export function collate<const A extends Argument>(
  argument: A,
  collation: string,
): QueryExpression<ArgumentOf<A>> {
  if (typeof collation !== 'string' || !/^[\w@.+-]{1,63}$/.test(collation)) {
    throw new FieldError(`collate() takes the name of a collation, such as "C", not ${describe(collation)}.`)
  }
  return new QueryExpression([argument], (target) => {
    const column = resolveArgument(target, argument, 'text')
    if (lookupKind(column.type) !== 'text') {
      throw new FieldError(`collate() takes text, and "${column.property}" is ${baseName(column.type)}.`)
    }
    const { property: label, type } = column
    const parts = ['(', ` collate "${collation}")`]
    return computed({ label, type }, { kind: 'sql', parts, args: [column] }, [column])
  })
}

function ofText<V>(name: string, inSql = name, type: 'text' | 'int4' = 'text') {
  return <const A extends Argument>(argument: A): QueryExpression<Strict<V, [A]>> =>
    new QueryExpression([argument], (target) =>
      calling(inSql, { type }, [textArgument(target, argument, name)]),
    )
}

function hashing(name: string) {
  return <const A extends Argument>(argument: A): QueryExpression<Strict<string, [A]>> =>
    new QueryExpression([argument], (target) => {
      const args = [textArgument(target, argument, name)]
      const parts = [`encode(${name}(convert_to(`, ", 'UTF8')), 'hex')"]
      return computed(
        { label: `${name}(${args[0]?.property ?? ''})`, type: 'text' },
        { kind: 'sql', parts, args },
        args,
      )
    })
}

function counted(name: string) {
  return <const A extends Argument, const N extends Argument>(
    argument: A,
    count: N,
  ): QueryExpression<Strict<string, [A, N]>> =>
    new QueryExpression([argument, count], (target) =>
      calling(name, { type: 'text' }, [
        textArgument(target, argument, name),
        wholeArgument(target, count, name),
      ]),
    )
}

function padding(name: string) {
  return <const A extends Argument, const N extends Argument>(
    argument: A,
    length: N,
    fill?: Argument,
  ): QueryExpression<Strict<string, [A, N]>> =>
    new QueryExpression([argument, length, ...(fill === undefined ? [] : [fill])], (target) =>
      calling(name, { type: 'text' }, [
        textArgument(target, argument, name),
        wholeArgument(target, length, name),
        ...(fill === undefined ? [] : [textArgument(target, fill, name)]),
      ]),
    )
}

/** A number as int4, which these functions take. */
function wholeArgument(target: ExpressionTarget, argument: unknown, name: string): ColumnSchema {
  const column = numberArgument(target, argument, name)
  return baseName(column.type) === 'int4' ? column : castTo('int4', column.property, column)
}
