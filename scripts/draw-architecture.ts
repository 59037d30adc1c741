/** `npm run draw`: the picture of docs/architecture.md, from the imports as they are. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawArchitecture } from './architecture.js'
import { root } from './imports.js'

writeFileSync(join(root, 'docs/architecture.svg'), drawArchitecture())
