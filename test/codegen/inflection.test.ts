import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Inflection } from '../../codegen/naming/inflection.js'

const inflection = new Inflection()
const one = (word: string) => inflection.singular(['some', word]).slice(1).join(' ')
const many = (word: string) => inflection.plural(['some', word]).slice(1).join(' ')

/** The last words of the names of 4,700 tables of two dozen public schemas, with what one row was found to be by hand. */
const pairs = readFileSync(new URL('table-words.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\s+/)
  .map((pair) => pair.split('>') as [string, string])

/** Everyday words that rules of English or of Latin have wrong, or that are no plurals at all. */
const EVERYDAY = `
  meta>meta quotas>quota quota>quota betas>beta beta>beta deltas>delta delta>delta ties>tie calories>calorie
  zombies>zombie valves>valve olives>olive cves>cve cms>cms archives>archive waves>wave leaves>leaf wolves>wolf
  data>data metadata>metadata media>media series>series species>species news>news staff>staff dns>dns sms>sms gps>gps
  aws>aws tls>tls https>https status>status bus>bus analysis>analysis chassis>chassis lens>lens bias>bias chaos>chaos
  canvas>canvas atlas>atlas specimen>specimen specimens>specimen women>woman children>child cookies>cookie movies>movie
  caches>cache niches>niche batches>batch branches>branch axes>axis vertices>vertex indices>index indexes>index
  bases>base databases>database analyses>analysis diagnoses>diagnosis lenses>lens gases>gas viruses>virus
  shoes>shoe heroes>hero apis>api wikis>wiki emojis>emoji kpis>kpi skus>sku cpus>cpu menus>menu ids>id ips>ip ads>ad
  sales>sale details>detail schemas>schema corpora>corpus criteria>criterion phenomena>phenomenon taxa>taxon
  analytics>analytics logistics>logistics statistics>statistic metrics>metric premises>premises k8s>k8s urls>url
  usermetadata>usermetadata sensordata>sensordata txs>tx jtis>jti
  addresses>address address>address statuses>status companies>company people>person selfies>selfie bonuses>bonus
`
  .trim()
  .split(/\s+/)
  .map((pair) => pair.split('>') as [string, string])

describe('the singular', () => {
  it('is what people would have chosen for the tables of public schemas', () => {
    expect(pairs.map(([word]) => [word, one(word)])).toEqual(pairs)
  })

  it('is that of everyday words', () => {
    expect(EVERYDAY.map(([word]) => [word, one(word)])).toEqual(EVERYDAY)
  })

  it('is its own singular, and comes back from its plural', () => {
    const singulars = [...pairs, ...EVERYDAY].map(([, word]) => word)
    expect(singulars.filter((word) => one(word) !== word)).toEqual([])
    expect(singulars.filter((word) => one(many(word)) !== word)).toEqual([])
  })

  it('of a word in doubt is the word', () => {
    for (const word of ['xys', 'w9s', 'größes', '用户', 'qwertis', 'lorus', 'ass'])
      expect(one(word)).toBe(word)
  })

  it('is set by the settings, and the plural with it', () => {
    const own = new Inflection({
      criteria: 'criteria',
      clientes: 'cliente',
      cms: 'cm',
      constructor: 'builder',
    })
    expect(own.singular(['search', 'criteria'])).toEqual(['search', 'criteria'])
    expect(own.singular(['cms'])).toEqual(['cm'])
    expect(own.plural(['cliente'])).toEqual(['clientes'])
    expect(own.singular(['constructor'])).toEqual(['builder'])
    expect(one('constructor')).toBe('constructor')
  })
})
