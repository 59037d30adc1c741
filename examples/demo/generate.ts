/** A program: generates the repositories of DATABASE_URL into the folder of its first argument. */
import { generate } from '../../codegen/generate.js'
import { summary } from '../../codegen/summary.js'
import { answer } from './apart.js'

await answer(async (url) => {
  const result = await generate({ source: { url }, out: process.argv[2] ?? '' })
  return summary(result, 'a temporary folder')
})
