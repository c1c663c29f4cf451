/** What a connector does not do, so that a scenario has no figures of it; the message follows the connector's name. */
export class NotMeasured extends Error {
  override readonly name = 'NotMeasured';
}
