// Portkey listens on every interface and has no option for it: preloaded, this puts it on 127.0.0.1 alone.
const net = require("net");

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (port, ...rest) {
  if (port !== null && typeof port === "object") {
    return listen.call(this, port.port === undefined ? port : { ...port, host: "127.0.0.1" }, ...rest);
  }
  return listen.call(this, port, "127.0.0.1", ...rest.filter((value) => typeof value === "function"));
};
