import { describe, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { DatabaseModel } from '../../codegen/model/database-model.js'
import { createTestDatabase, sampleSchemas } from '../support/database.js'
import { relationsIn } from './relations-support.js'
import { typeErrors } from './support.js'

async function modelOf(schema: 'pagila' | 'chinook'): Promise<DatabaseModel> {
  await using database = await createTestDatabase({ schema })
  return buildModel(await introspect(database.url))
}

function errorsIn(model: DatabaseModel): string[] {
  return typeErrors(new Map(emit(model).map(({ name, text }) => [name, text])))
}

describe.skipIf(!sampleSchemas)('sample databases', () => {
  it('generates Pagila', async () => {
    const model = await modelOf('pagila')
    expect(errorsIn(model)).toEqual([])
    const kinds = model.tables.map(({ table }) => table.kind)
    expect(kinds.filter((kind) => kind === 'table')).toHaveLength(14)
    expect(kinds.filter((kind) => kind === 'partitioned table')).toHaveLength(1)
    expect(kinds.filter((kind) => kind.endsWith('view'))).toHaveLength(8)
    expect(model.enums.map(({ typeName }) => typeName)).toEqual(['MpaaRating'])
    expect(model.skipped.map(({ name }) => name)).toContain('payment_p2022_01')
    expect(model.renamed).toEqual([])
    const film = model.tables.find(({ names }) => names.property === 'film')
    expect(film?.schema.foreignKeys.map(({ columns }) => columns)).toEqual([
      ['languageId'],
      ['originalLanguageId'],
    ])
    expect(relationsIn(model)).toMatchObject({
      ...{ actor: ['filmActors → public.film_actor[]', 'films → public.film[] through public.film_actor'] },
      film: [
        ...['language → public.language', 'originalLanguage → public.language?'],
        ...['filmActors → public.film_actor[]', 'filmCategories → public.film_category[]'],
        'inventories → public.inventory[]',
        'actors → public.actor[] through public.film_actor',
        'categories → public.category[] through public.film_category',
      ],
      language: ['filmsByLanguage → public.film[]', 'filmsByOriginalLanguage → public.film[]'],
    })
  })

  it('generates Chinook', async () => {
    const model = await modelOf('chinook')
    expect(errorsIn(model)).toEqual([])
    expect(model.tables).toHaveLength(11)
    expect(model.renamed).toEqual([])
    expect(model.tables.find(({ names }) => names.property === 'playlistTrack')?.schema.primaryKey).toEqual([
      'playlistId',
      'trackId',
    ])
    expect(relationsIn(model)).toMatchObject({
      employee: [
        'reportsToEmployee → public.employee?',
        'customers → public.customer[]',
        'employeesByReportsTo → public.employee[]',
      ],
      playlist: [
        'playlistTracks → public.playlist_track[]',
        'tracks → public.track[] through public.playlist_track',
      ],
    })
  })
})
