// Types of resource-config.schema.json, written by `npm run generate`: do not edit.

/**
 * One table to capture.
 */
export interface Resource {
  /**
   * The name of the table to be captured, or its ARN.
   */
  table: string;
  /**
   * Read capacity units that the backfill of the table may consume per second. If you leave it at 0 or blank, it follows from the capacity of the table.
   */
  rcuAllocation?: number;
}
