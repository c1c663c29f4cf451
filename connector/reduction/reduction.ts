/** Flow's reductions, exact enough to be the judge of what a capture has written. */
export { Collection } from './collection.ts';
export { Combiner, combineDocuments } from './combiner.ts';
export {
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  isObject,
  property,
} from './json.ts';
export { Materialization, storeAction } from './materialization.ts';
export { createReducer, ReductionError, type JsonSchema, type Reducer } from './reducer.ts';
