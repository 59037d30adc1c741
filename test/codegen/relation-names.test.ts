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

/** The names of the relations between tables of their own, as they follow from the keys. */
async function namesIn(text: string): Promise<Record<string, string[]>> {
  await using database = await createTestDatabase()
  await runSqlText(database.url, text, 'test.sql')
  const relations = relationsIn(buildModel(await introspect(database.url)))
  return Object.fromEntries(
    Object.entries(relations).map(([table, own]) => [table, own.map((each) => each.split(' ')[0] ?? '')]),
  )
}

describe('names by keys', () => {
  it('see where a word ends without a sign of it, and leave words alone that end so', async () => {
    const names = await namesIn(`
      create table vendors (vendorid int primary key); create table clientes (id int primary key);
      create table grids (id int primary key); create table sales_territory (id int primary key);
      create table orders (
        id int primary key, vendorid int references vendors, buyerid int references clientes,
        idclientes int references clientes, bill_vendoruuid int references vendors, sellerfk int references vendors,
        gridid int references grids, salesterritoryid int references sales_territory, hybrid int references grids
      )`)
    expect(names['orders']).toEqual([
      ...['vendor', 'buyer', 'cliente', 'billVendor', 'seller', 'grid', 'salesterritory', 'hybridGrid'],
    ])
  })

  it('of several columns are what these begin with, or the name of the constraint', async () => {
    const venues = `create table venues (id int, region_id int, primary key (id, region_id));`
    const columns = 'home_venue_id int, home_region_id int, away_venue_id int, away_region_id int'
    const keys = ['home', 'away'].map(
      (side) => `foreign key (${side}_venue_id, ${side}_region_id) references venues`,
    )
    const byColumns = {
      venues: ['matchesByAwayVenue', 'matchesByHomeVenue'],
      matches: ['homeVenue', 'awayVenue'],
    }
    expect(await namesIn(`${venues} create table matches (${columns}, ${keys.join(', ')})`)).toEqual(
      byColumns,
    )
    const named = ['home', 'away'].map((name, index) => `constraint ${name} ${keys[index] ?? ''}`)
    expect(await namesIn(`${venues} create table matches (${columns}, ${named.join(', ')})`)).toEqual(
      byColumns,
    )

    const odd = 'v1 int, r1 int, v2 int, r2 int'
    const pairs = [`(v1, r1) references venues`, `(v2, r2) references venues`]
    const byName = (name: (side: string) => string) =>
      namesIn(`${venues} create table matches (${odd}, constraint ${name('home')} foreign key ${pairs[0] ?? ''},
        constraint ${name('away')} foreign key ${pairs[1] ?? ''})`)
    const expected = { venues: ['matchesByAway', 'matchesByHome'], matches: ['homeVenue', 'awayVenue'] }
    for (const name of ['$', 'fk_matches_$', '"Matches_$_fkey"'])
      expect(await byName((side) => name.replace('$', side))).toEqual(expected)
  })

  it('are made of columns where nothing else tells keys apart, and have no fingerprint', async () => {
    const names = await namesIn(`
      create table venues (id int, region_id int, primary key (id, region_id));
      create table matches (v1 int, r1 int, v2 int, r2 int,
        foreign key (v1, r1) references venues, foreign key (v2, r2) references venues);
      create table links (v1 int, r1 int, v2 int, r2 int, primary key (v1, r1, v2, r2),
        constraint fk_rails_1a2b3c4d5e foreign key (v1, r1) references venues,
        constraint fk_rails_9f8e7d6c5b foreign key (v2, r2) references venues);`)
    expect(names).toEqual({
      links: ['venueRowByV1R1', 'venueRowByV2R2'],
      matches: ['venueRowByV1R1', 'venueRowByV2R2'],
      venues: [
        ...['linksByV1R1', 'linksByV2R2', 'matchesByV1R1', 'matchesByV2R2'],
        ...['venuesByLinksV1R1ToV2R2', 'venuesByLinksV2R2ToV1R1'],
      ],
    })
  })
})

describe('singulars', () => {
  it('are those of the settings, in rows and in relations to one of them', async () => {
    const model = buildModel(await catalogWith(), { names: { singulars: { posts: 'entry', tags: 'tags' } } })
    const rows = Object.fromEntries(model.tables.map(({ table, names }) => [table.name, names.row]))
    expect(rows).toEqual({ users: 'User', posts: 'Entry', tags: 'Tags', post_tags: 'PostTags' })
    expect(model.renamed).toEqual([])
    const unique = await catalogWith('alter table posts add unique (author_id);')
    const relations = relationsIn(buildModel(unique, { names: { singulars: { posts: 'entry' } } }))
    expect(relations['users']).toContain('entryByAuthor → public.posts?')
  })

  it.each([
    [{ postz: 'post' }, /names\.singulars\["postz"\] is of no word, .* ends in\. Did you mean "posts"\?/],
    [{ Posts: 'post' }, /names\.singulars\["Posts"\] is of no word, in lower case/],
    [{ posts: 'Post' }, /names\.singulars\["posts"\] is "Post", which is no word in lower case/],
    [{ posts: 'blog_post' }, /is "blog_post", which is no word/],
    [{ posts: '' }, /is "", which is no word/],
  ] as [Record<string, string>, RegExp][])('refuse %j', async (singulars, message) => {
    const catalog = await catalogWith()
    const attempt = () => buildModel(catalog, { names: { singulars } })
    expect(attempt).toThrow(CodegenError)
    expect(attempt).toThrow(message)
  })
})

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
