/** Words of one list, in a line each. */
function list(text: string): string[] {
  return text.trim().split(/\s+/)
}

/** Words that are the same in the singular and the plural, or of which nobody speaks in the other. */
export const UNCHANGED: ReadonlySet<string> = new Set(
  list(`
    aircraft data media metadata news series species staff
    analytics athletics basics economics electronics ethics genetics informatics linguistics logistics
    mathematics mechanics obstetrics optics pediatrics physics politics robotics semantics statics thermodynamics
    barracks belongings clothes crossroads earnings gallows goods headquarters jeans leggings means odds pajamas pants premises
    proceeds scissors shorts surroundings thanks trousers whereabouts
    contains trans
    aws ccs cms css dns gps gis hcpcs https icloud ios js k8s kubernetes macos os rds sms sqs tls tvos
    chaos cosmos debris kudos tennis
    schemata
  `),
)

/** Words in the singular that look like a plural; `pluralize` takes an ending off some of them. */
const SINGULAR: readonly string[] = list(`
  address alias asbestos atlas bias canvas christmas corps cosmos ethos gas kansas lens pancreas pathos rhinoceros texas yes
  chassis iris mantis pyxis trellis
  abdomen acumen amen examen omen ramen regimen semen specimen stamen
`)

/** Words of which the plural ends in `-ches`, and the singular in `-che`; of others it is `-ch`. */
const CHE: readonly string[] = list(
  'ache apache avalanche brioche cache cliche creche douche headache heartache microfiche moustache niche pastiche porsche psyche quiche stomachache toothache',
)

/** Words of which the singular ends in `-ie`; of others that have `-ies` it is `-y`. */
const IE: readonly string[] = list(`
  aerie beanie boogie bookie brie brownie budgie calorie camaraderie cookie collie coterie cutie die
  eyrie foodie freebie genie goalie goodie groupie homie hoodie indie junkie kilocalorie laddie lassie lie lingerie
  magpie menagerie movie necktie newbie oldie organdie patisserie pie pinkie pixie prairie quickie reverie rookie
  roomie rotisserie selfie smoothie softie sortie sweetie talkie techie tie townie veggie yuppie zombie
`)

/** Words in `-i`, of which the plural is not Latin. */
const I: readonly string[] = list(`
  abi alibi api bikini corgi doi emoji envoi gui isni jti kiwi kpi martini mini poi rabbi safari salami selfi ski taxi tui ui wiki yeti
`)

/** Words in `-u`; of others in `-us` it is part of the word, as in status. */
const U: readonly string[] = list(
  'cpu ecu emu gnu gpu guru haiku impromptu menu mpu mtu npu plateau sku tpu tutu vcpu',
)

/** Plurals of two letters: other words of three that end in -s are names of their own, as `gps` and `bus`. */
const SHORT: readonly string[] = list('ad cd db id ip pc pr tv tx ui vm')

/** Singulars by plural, where neither is by a rule. */
const PAIRS: Readonly<Record<string, string>> = {
  axes: 'axis',
  biases: 'bias',
  blitzes: 'blitz',
  codices: 'codex',
  corpora: 'corpus',
  details: 'detail',
  dies: 'die',
  dwarves: 'dwarf',
  excuses: 'excuse',
  fora: 'forum',
  fuses: 'fuse',
  infuses: 'infuse',
  larvae: 'larva',
  lenses: 'lens',
  memoranda: 'memorandum',
  muses: 'muse',
  oases: 'oasis',
  quanta: 'quantum',
  quartzes: 'quartz',
  sales: 'sale',
  schemas: 'schema',
  spectra: 'spectrum',
  statistics: 'statistic',
  syllabuses: 'syllabus',
  taxa: 'taxon',
  topazes: 'topaz',
  vetoes: 'veto',
  vortices: 'vortex',
  waltzes: 'waltz',
}

/** Singulars by plural: what `pluralize` does not know, or has otherwise. A word in the singular is its own. */
export const SINGULARS: ReadonlyMap<string, string> = new Map([
  ...[...UNCHANGED, ...SINGULAR].map((word): [string, string] => [word, word]),
  ...[...CHE, ...IE, ...I, ...U, ...SHORT].map((word): [string, string] => [`${word}s`, word]),
  ...Object.entries(PAIRS),
])

/** Plurals that `pluralize` would have otherwise. */
export const PLURALS: ReadonlyMap<string, string> = new Map([
  ...[...SINGULARS].filter(([many, one]) => many !== one).map(([many, one]): [string, string] => [one, many]),
  ['atlas', 'atlases'],
  ['gas', 'gases'],
  ['octopus', 'octopuses'],
  ['specimen', 'specimens'],
  ['virus', 'viruses'],
])
