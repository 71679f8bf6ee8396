/** Make modules of parts, each after those that it imports. Returns where each is, by its key. A page makes each once. */
function modulesOf(parts) {
  const made = (globalThis.zmqlabModules ??= {}); // for all of its widgets
  for (const [key, text, imports] of parts) {
    const whole = text.replace(/from "\.\/([\w-]+\.js)"/g, (_, name) => `from "${made[imports[name]]}"`);
    made[key] ??= URL.createObjectURL(new Blob([whole], { type: "text/javascript" }));
  }
  return made;
}
