export { observe, type ObserveOptions } from './observe.js'
