import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { DecodeError, DoesNotExist, OptionError, QueryError, UsageError } from 'sluice'
import { describe, expect, it } from 'vitest'
import { importsByFile, root } from '../../scripts/imports.js'

const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')
const sources = [...importsByFile().keys()].filter((file) => file.startsWith('src/'))

/** What is written in capitals, as codes are, in the files of src/ that have errors or warnings. */
function codes(): string[] {
  const found = new Set<string>()
  for (const file of sources) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) && /^[A-Z]+(?:_[A-Z]+)+$/.test(node.text)) found.add(node.text)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  // Those of Node, which are only looked at.
  for (const node of ['EAI_AGAIN', 'ERR_INVALID_URL', 'ERR_STRING_TOO_LONG']) found.delete(node)
  return [...found].sort()
}

describe('docs/errors.md', () => {
  it('has a place for every code, with its cause and its cure', () => {
    const errors = codes().filter((code) => !code.startsWith('SLUICE_'))
    expect(errors.length).toBeGreaterThan(20)
    const parts = page.split(/^### /m).slice(1)
    expect(parts.map((part) => part.slice(0, part.indexOf('\n'))).sort()).toEqual(errors)
    for (const part of parts) {
      expect(part).toContain('**Cause:**')
      expect(part).toContain('**Cure:**')
    }
  })

  it('is where the message of every error ends', () => {
    const errors = [
      new OptionError('Wrong.'),
      new UsageError('Wrong.'),
      new DoesNotExist('public.users'),
      new DecodeError('Wrong.'),
      new QueryError('Wrong.', { sql: '', code: 'FETCH_TIMEOUT' }),
    ]
    for (const { message, code } of errors)
      expect(message).toMatch(new RegExp(`\\. See docs/errors.md#${code}$`, 'i'))
  })

  it('is there once where a message quotes another', () => {
    const inner = new UsageError('No.')
    const { message } = new QueryError(
      `It failed: ${inner.message} Ask again.`,
      { sql: '' },
      { cause: inner },
    )
    expect(message).toBe('It failed: No. Ask again. See docs/errors.md#query_failed')
  })

  it('has every warning', () => {
    const warnings = codes().filter((code) => code.startsWith('SLUICE_'))
    expect(warnings.length).toBeGreaterThan(2)
    expect(warnings.filter((code) => !page.includes(`| \`${code}\``))).toEqual([])
  })
})
