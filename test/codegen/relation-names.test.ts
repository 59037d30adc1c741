import { describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { RelationSettings } from '../../codegen/model/relations/settings.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase } from '../support/database.js'
import { relationsIn } from './relations-support.js'

const schema = `
  create table users (id int primary key, name text);
  create table posts (id int primary key, title text, author_id int not null references users, editor_id int references users);
  create table tags (id int primary key);
  create table post_tags (post_id int references posts, tag_id int references tags, primary key (post_id, tag_id));
`

async function catalogWith(comments = ''): Promise<Catalog> {
  await using database = await createTestDatabase()
  await runSqlText(database.url, schema + comments, 'test.sql')
  return await introspect(database.url)
}

async function relations(comments: string, settings: RelationSettings = {}) {
  return relationsIn(buildModel(await catalogWith(comments), { relations: settings }))
}

const comment = (text: string, key = 'posts_author_id_fkey', table = 'posts') =>
  `comment on constraint ${key} on ${table} is '${text}';`

describe('names of relations', () => {
  it('are set by a comment on the constraint, whatever else it says', async () => {
    expect(await relations(comment('Who wrote it.\n@name writer @inverse writings @other x'))).toMatchObject({
      posts: expect.arrayContaining(['writer → public.users', 'editor → public.users?']) as unknown,
      users: ['postsByEditor → public.posts[]', 'writings → public.posts[]'],
    })
  })

  it('are set one by one, and the inverse follows the name', async () => {
    expect(await relations(comment('@name writer'))).toMatchObject({
      users: ['postsByEditor → public.posts[]', 'postsByWriter → public.posts[]'],
    })
    expect(await relations(comment('@inverse posts'))).toMatchObject({
      users: ['posts → public.posts[]', 'postsByEditor → public.posts[]'],
    })
  })

  it('are set by the settings, which come before comments', async () => {
    const settings = { 'public.posts_author_id_fkey': { name: 'poet' } }
    expect(await relations(comment('@name writer @inverse writings'), settings)).toMatchObject({
      posts: expect.arrayContaining(['poet → public.users']) as unknown,
      users: ['postsByEditor → public.posts[]', 'writings → public.posts[]'],
    })
    const full = { 'public.posts.posts_author_id_fkey': { name: 'poet' } }
    expect((await relations('', full))['posts']).toContain('poet → public.users')
  })

  it('are set for what is beyond a link table by the key to the table that has them', async () => {
    const set = comment('@through labels', 'post_tags_post_id_fkey', 'post_tags')
    expect((await relations(set))['posts']).toContain('labels → public.tags[] through public.post_tags')
  })

  it('drive a name made from a key aside', async () => {
    const catalog = await catalogWith(comment('@inverse tags', 'post_tags_post_id_fkey', 'post_tags'))
    const model = buildModel(catalog)
    expect(relationsIn(model)['posts']).toEqual([
      ...['author → public.users', 'editor → public.users?', 'tags → public.post_tags[]'],
      'tagsByPostTags → public.tags[] through public.post_tags',
    ])
    expect(model.renamed).toEqual([
      {
        from: 'a relation of public.posts by public.post_tags.post_tags_post_id_fkey',
        to: 'tagsByPostTags',
        setting: 'relations["public.post_tags_post_id_fkey"].through',
      },
    ])
  })

  it.each([
    [
      'a column has',
      comment('@name title'),
      {},
      /"title" in public\.posts, where the column title has that name/,
    ],
    [
      'another key sets',
      comment('@inverse both') + comment('@inverse both', 'posts_editor_id_fkey'),
      {},
      /posts_editor_id_fkey sets the relation name "both" in public\.users, where .*posts_author_id_fkey has/,
    ],
    ['is no identifier', comment('@name the-author'), {}, /"the-author", which is no identifier/],
    ['is left out', comment('@name @inverse x'), {}, /the relation name "", which is no identifier/],
    ['is reserved', comment('@name not'), {}, /"not", which is reserved/],
    [
      'is beyond no link table',
      comment('@through tags'),
      {},
      /"tags" for what is through its table, which is no link/,
    ],
    [
      'is of no key',
      '',
      { 'public.nope_fkey': { name: 'x' } },
      /"public\.nope_fkey", which is no foreign key: there are .*posts_author/,
    ],
    [
      'is of several keys',
      'alter table tags add constraint posts_author_id_fkey foreign key (id) references users;',
      { 'public.posts_author_id_fkey': { name: 'x' } },
      /ambiguous: write "public\.posts\.posts_author_id_fkey" or "public\.tags\.posts_author_id_fkey"/,
    ],
    [
      'has another form',
      '',
      { 'public.posts_author_id_fkey': { forward: 'x' } },
      /known are name, inverse, through/,
    ],
  ])('refuse one that %s', async (_what, comments, settings, message) => {
    const catalog = await catalogWith(comments)
    const attempt = () => buildModel(catalog, { relations: settings as RelationSettings })
    expect(attempt).toThrow(CodegenError)
    expect(attempt).toThrow(message)
  })
})
