import type { SchemaModel } from './schema-model.js'

/** A file of the output folder. */
export interface PluginFile {
  /** Inside the output folder, at most one folder deep: `users.ts`, `seeds/users.sql`. */
  readonly name: string
  /** What it has, as it is written. */
  readonly text: string
}

/** What a hook may want to know beside the schema. */
export interface PluginContext {
  /** The output folder, as it was given. */
  readonly out: string
  /** How generated files import each other: `import … from './users.js'`. */
  readonly importExtension: '.js' | '.ts' | ''
}

type MaybeAsync<Result> = Result | undefined | void | Promise<Result | undefined | void>

/**
 * Changes what is generated, or adds to it. Hooks may be asynchronous; those of the first plugin run first, each on what the
 * one before gave back. A hook that throws, or gives back what cannot be, ends the run before anything is written.
 *
 * They run for `--check` and in `--watch` too, and have to give the same for the same schema.
 */
export interface Plugin {
  /** For messages. */
  readonly name: string
  /**
   * After the names and types of a schema are decided, and before any code is made of them.
   *
   * @param model - frozen; see {@link SchemaModel} for what may be changed in a copy.
   * @returns the model as it should be; nothing to leave it as it is.
   */
  model?(model: SchemaModel, context: PluginContext): MaybeAsync<SchemaModel>
  /**
   * After the code is made, and before it is written.
   *
   * @param files - every file of the output folder, frozen.
   * @returns all files as they should be: changed, added, left out; nothing to leave them as they are. One without the line by
   * which the generator knows its own files gets it, as a comment of its language.
   */
  files?(
    files: readonly PluginFile[],
    model: SchemaModel,
    context: PluginContext,
  ): MaybeAsync<readonly PluginFile[]>
}
