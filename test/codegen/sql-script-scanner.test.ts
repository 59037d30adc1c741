import { describe, expect, it } from 'vitest'
import { ScriptScanner, type ScriptPart } from '../../codegen/sql-script/scanner.js'

function parts(script: string): ScriptPart[] {
  const scanner = new ScriptScanner(script)
  const found: ScriptPart[] = []
  for (let part = scanner.next(); part; part = scanner.next()) found.push(part)
  return found
}

function texts(script: string): string[] {
  return parts(script).map((part) => part.text)
}

/** One statement, whatever semicolons it has inside. */
const wholes: Record<string, string> = {
  'a string': "SELECT 'a;b'",
  'a doubled quote': "SELECT 'it''s; fine'",
  'a backslash at the end of a standard string': "SELECT 'C:\\', ';'",
  'an escape string': "SELECT E'it\\'s; \\\\', e'\\\\;'",
  'an escape string over two lines': "SELECT E'a'\n  'b\\'; c'",
  'a name that ends in e before a string': "SELECT date '2000-01-01', type'\\'\";\"",
  'a quoted identifier': 'SELECT 1 AS "a;""b;"',
  'a dollar quote': 'SELECT $$a;b$$',
  'a tagged dollar quote with another inside': 'DO $body$ BEGIN PERFORM $$;$$; END $body$',
  'a dollar tag in letters of any language': 'SELECT $é$a;$e$;$é$',
  'a name with a dollar in it': "SELECT a$b$, ';' FROM t$b$",
  'a parameter': "SELECT $1, ';', $2",
  'a line comment': 'SELECT 1 -- not; here\n + 1',
  'a nested block comment': 'SELECT /* a; /* b; */ c; */ 1',
  'a comment in a string': "SELECT '/*', '--', ';'",
  parentheses: 'CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)',
  'a standard SQL body': 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END',
  'a standard SQL body with CASE': `CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC
    SELECT CASE WHEN true THEN 1 END; SELECT 2; END`,
}

describe('a script is split where psql splits it', () => {
  it.each(Object.entries(wholes))('not inside %s', (_, statement) => {
    expect(texts(`${statement};\nSELECT 'next'`)).toEqual([statement, "SELECT 'next'"])
  })

  it('after BEGIN, which is a transaction outside of a function', () => {
    expect(texts('BEGIN; CREATE TABLE begin_atomic (a int); END;')).toEqual([
      'BEGIN',
      'CREATE TABLE begin_atomic (a int)',
      'END',
    ])
  })

  it('without empty statements, and without the comments between them', () => {
    expect(texts(';; -- one\n/* two */ SELECT 1 ; -- three\n ;')).toEqual(['SELECT 1'])
  })

  it('at the end, even in the middle of something', () => {
    expect(texts("SELECT 1; SELECT 'open;")).toEqual(['SELECT 1', "SELECT 'open;"])
    expect(texts('SELECT 1; /* open;')).toEqual(['SELECT 1'])
  })

  it('at a backslash command, which ends with its line', () => {
    expect(parts('\\restrict x;y\nSELECT 1;\n  \\echo hi\nSELECT 2 \\gset\n')).toMatchObject([
      { kind: 'command', text: '\\restrict x;y' },
      { kind: 'statement', text: 'SELECT 1' },
      { kind: 'command', text: '\\echo hi' },
      { kind: 'inner command', text: '\\gset' },
      // What stands before it is kept.
      { kind: 'statement', text: 'SELECT 2' },
    ])
  })
})

describe('the data after COPY', () => {
  it('are the lines up to the one that says \\.', () => {
    const scanner = new ScriptScanner('COPY t FROM stdin; -- data\n1\ta;b\n\\N\t\\.x\n\\.\nSELECT 1;')
    expect(scanner.next()?.text).toBe('COPY t FROM stdin')
    expect(scanner.takeCopyData()).toBe('1\ta;b\n\\N\t\\.x\n')
    expect(scanner.next()?.text).toBe('SELECT 1')
  })

  it('may be none, may have Windows line ends, and may end with the file', () => {
    for (const [script, data] of [
      ['COPY t FROM stdin;\n\\.\n', ''],
      ['COPY t FROM stdin;\r\n1\r\n\\.\r\n', '1\r\n'],
      ['COPY t FROM stdin;\n1\n', '1\n'],
      ['COPY t FROM stdin;', ''],
    ] as const) {
      const scanner = new ScriptScanner(script)
      scanner.next()
      expect(scanner.takeCopyData()).toBe(data)
      expect(scanner.next()).toBeUndefined()
    }
  })
})
