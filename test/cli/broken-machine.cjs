/**
 * Preloaded with --require: a machine on which the native parts that match WITHOUT_NATIVE are missing, and, with WITHOUT_HOME, a user
 * without an account.
 */
const Module = require("node:module");
const os = require("node:os");

const { WITHOUT_NATIVE, WITHOUT_HOME } = process.env;

if (WITHOUT_NATIVE) {
  const missing = new RegExp(WITHOUT_NATIVE);
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (!missing.test(request)) return load.call(this, request, ...rest);
    throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
  };
}

if (WITHOUT_HOME) {
  const fails = (call) => () => {
    throw Object.assign(new Error(`A system error occurred: ${call} returned ENOENT`), { code: "ERR_SYSTEM_ERROR" });
  };
  os.homedir = fails("uv_os_homedir");
  os.userInfo = fails("uv_os_get_passwd");
  Module.syncBuiltinESMExports();
}
