import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { readSource } from '../../codegen/source.js'
import { testServer } from '../support/test-server.js'
import { temporaryFolder } from './support.js'

const report = { step: () => undefined, notify: () => undefined }
const server = { url: testServer.url, logFile: undefined, stop: () => Promise.resolve() }

/** Reads a folder of scripts. @returns the message that it fails with. */
async function failureOf(scripts: Readonly<Record<string, string>>): Promise<string> {
  using folder = temporaryFolder()
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder.path, name), text)
  const error: unknown = await readSource({ files: [folder.path] }, { report, server }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CodegenError)
  return (error as CodegenError).message
}

describe('scripts of a folder in another order than they need', () => {
  it.each([
    ['a table', "\n\ninsert into films values (1, 'x');", 'data.sql:3: relation "films" does not exist'],
    ['a type', 'create table seen (how mood);', 'data.sql:1: type "mood" does not exist'],
    ['a schema', 'create table app.seen ();', 'data.sql:1: schema "app" does not exist'],
  ])('are told where they miss %s', async (_, data, message) => {
    const schema =
      "create schema app; create type mood as enum ('x'); create table films (id int, name text);"
    const text = await failureOf({ 'data.sql': data, 'schema.sql': schema, 'views.sql': '' })
    expect(text).toContain(message)
    expect(text).toMatch(
      /\ndata\.sql runs before schema\.sql, views\.sql: where one of these makes what is missing/,
    )
  })

  it('are not where something else is wrong, nor behind the last', async () => {
    expect(await failureOf({ 'a.sql': 'select 1/0', 'b.sql': '' })).not.toContain('runs before')
    expect(await failureOf({ 'a.sql': '', 'b.sql': 'select * from films' })).not.toContain('runs before')
  })
})
