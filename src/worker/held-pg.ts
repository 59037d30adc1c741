import type pg from 'pg'
import type pgUtils from 'pg/lib/utils.js'

/**
 * What the worker has loaded of pg before its own code. In the build, which is one file whose imports all come first, its
 * code takes pg from here: so that a pg which cannot be loaded is told, and not the end of a thread that said nothing.
 */
export const heldPg: { pg?: typeof pg; pgUtils?: typeof pgUtils } = {}
