import { exercise } from './exercise.mjs'

void exercise().then((outcome) => process.stdout.write(`${outcome}\n`))
