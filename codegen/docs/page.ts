import type { DatabaseModel } from '../model/database-model.js'
import { PAGE_MARK } from './mark.js'

export function docsPage(model: DatabaseModel): string {
  return `${PAGE_MARK} ${model.tables.length} -->\n`
}
