/** Nobody but the protocol and the log may write: imported before anything else, for its effect. */

// Whatever a dependency prints must not get into the protocol, nor become the last line on stderr.
console.log = console.info = console.debug = console.warn = console.error = () => undefined;
process.removeAllListeners('warning');
process.on('warning', () => undefined);
