import type { WriterFunction } from 'ts-morph'

/** The width generated code keeps to where it can. */
export const WIDTH = 110

/** The names between the braces of an import or export: on one line if the statement fits, else one per line. */
export function nameList(names: readonly string[], statementLength: number): WriterFunction {
  const line = names.join(', ')
  if (line.length + statementLength <= WIDTH) return (writer) => writer.write(line)
  return (writer) => {
    writer.newLine()
    names.forEach((name) => writer.writeLine(`${name},`))
  }
}
