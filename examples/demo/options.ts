import { Command, InvalidArgumentError } from 'commander'

/** What `npm run demo -- …` takes. */
export interface Options {
  readonly users: number
}

export function readOptions(): Options {
  return new Command('npm run demo --')
    .description('From a schema to a typed, streamed loop, on a PostgreSQL server of its own.')
    .option('--users <number>', 'how many users to make', wholeNumber, 300_000)
    .addHelpText(
      'after',
      '\nDATABASE_URL names a server to work on instead, in a database that is dropped at the end.',
    )
    .parse()
    .opts<Options>()
}

function wholeNumber(text: string): number {
  const number = Number(text.replaceAll(/[,_]/g, ''))
  if (Number.isInteger(number) && number > 0 && number <= 20_000_000) return number
  throw new InvalidArgumentError('It must be a whole number from 1 to 20,000,000.')
}
