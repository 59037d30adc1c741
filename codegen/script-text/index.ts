export { readScript } from './read-script.js'
