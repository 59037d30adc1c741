import type { ScenarioGroup } from './scenario.js'

const BEGIN =
  '<!-- prettier-ignore-start -->\n<!-- The suite writes this part: npx vitest run test/faults -u -->'
const END = '<!-- prettier-ignore-end -->'

/** The page with the outcomes in its table; one without an outcome, because it was not tried, is as it was. */
export function withOutcomes(
  page: string,
  groups: readonly ScenarioGroup[],
  outcomeOf: (fault: string) => string | undefined,
): string {
  const [before, between, after] = parts(page)
  const row = (fault: string) =>
    `| ${fault} | ${outcomeOf(fault) ?? previousOutcome(between, fault) ?? 'not tried'} |`
  const tables = groups.map(({ heading, scenarios }) =>
    [
      `### ${heading}`,
      '',
      '| Fault | Outcome |',
      '|---|---|',
      ...scenarios.map(({ fault }) => row(fault)),
    ].join('\n'),
  )
  return `${before}${BEGIN}\n\n${tables.join('\n\n')}\n\n${END}${after}`
}

function parts(page: string): [before: string, between: string, after: string] {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('The page has no place for the outcomes.')
  return [page.slice(0, begin), page.slice(begin + BEGIN.length, end), page.slice(end + END.length)]
}

function previousOutcome(table: string, fault: string): string | undefined {
  const line = table.split('\n').find((each) => each.startsWith(`| ${fault} | `))
  return line?.slice(`| ${fault} | `.length, -' |'.length)
}
