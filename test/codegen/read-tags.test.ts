import { describe, expect, it } from 'vitest'
import { readTags } from '../../codegen/model/tags/read-tags.js'

describe('a tag', () => {
  it('is a line of its own, whatever else stands in the comment', () => {
    const read = (comment: string) => readTags(comment, true)
    expect(read('@deprecated')).toEqual({
      comment: undefined,
      tags: { deprecated: '' },
      isHidden: false,
    })
    for (const prose of [
      'ada@example.com',
      'is @deprecated',
      '@deprecate',
      '@types x',
      '@hidden-from-users',
      '@type(Email, "x")',
      '@param id of a row\n@name x',
      '@omit update,delete',
      '@',
      '',
      ' two\n lines ',
    ]) {
      expect(read(prose)).toEqual({ comment: prose, tags: {}, isHidden: false })
    }
  })

  it('gives a type with what it is imported from', () => {
    const typeOf = (text: string) => readTags(text, true).tags.type
    expect(typeOf('@type Money from ./money.js')).toEqual({ type: 'Money', import: './money.js' })
    expect(typeOf("@type Money<'from'> from '@shop/money'")).toEqual({
      type: "Money<'from'>",
      import: '@shop/money',
    })
    expect(typeOf("@type 'to  from' | 'a from b'")).toEqual({ type: "'to  from' | 'a from b'" })
    expect(typeOf('@type from x')).toEqual({ type: 'from x' })
    expect(typeOf('@type {{ a: 1 }}')).toEqual({ type: '{{ a: 1 }}' })
    expect(typeOf('@type {}')).toEqual({ type: '{}' })
  })

  it('is read in time that grows with the length of the comment', () => {
    const long = 1_000_000
    expect(readTags(`@type ${' '.repeat(long)}x`, true).tags.type?.type).toBe('x')
    expect(readTags('@hidden\n'.repeat(long / 8), true).isHidden).toBe(true)
    expect(readTags(`@type {${'{'.repeat(long)}`, true).tags.type?.type).toHaveLength(long + 1)
    expect(readTags(`@type ${'from '.repeat(long / 5)}`, true).tags.type?.import).toBe('from')
  })
})
