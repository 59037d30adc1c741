/**
 * Spans and metrics of what runs, for OpenTelemetry.
 *
 * @module sluice/opentelemetry
 */

export { observe, type ObserveOptions } from './observe.js'
