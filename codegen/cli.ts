#!/usr/bin/env node
import { commandLine } from './commands/command-line.js'

process.exitCode = await commandLine(process.argv.slice(2))
