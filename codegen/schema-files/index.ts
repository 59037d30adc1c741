export { findScripts, type FoundScripts } from './find-scripts.js'
