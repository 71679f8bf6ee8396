// Has what is shown become what it should be. What stays the same stays in its place: a press that has begun on a button still
// comes to it, the focus does not leave it, and who listens to a page hears only what is new.

const HANDLERS = ["onclick", "onkeydown"];

/** Have the children of an element become as others. */
export function become(/** @type {Element} */ place, /** @type {Node[]} */ wanted) {
  let next = place.firstChild;
  for (const one of wanted) {
    const same = following(next).find((old) => areAlike(old, one));
    if (!same) {
      place.insertBefore(one, next);
      continue;
    }
    while (next !== same) next = removed(next);
    adopt(same, one);
    next = same.nextSibling;
  }
  while (next) next = removed(next);
}

function following(/** @type {Node|null} */ node) {
  return node ? [node, ...following(node.nextSibling)] : [];
}

function removed(/** @type {ChildNode} */ node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** Whether one is the other at another moment: by its key, or else by what kind it is. */
function areAlike(old, wanted) {
  const { key } = old.dataset ?? {};
  return old.nodeName === wanted.nodeName && key === wanted.dataset?.key && (key || old.className === wanted.className);
}

/** Take over what another node says, and what it does. */
function adopt(old, wanted) {
  if (old.isEqualNode(wanted)) return;
  if (!(old instanceof Element)) return (old.data = wanted.data);
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const name of HANDLERS) old[name] = wanted[name];
  become(old, [...wanted.childNodes]);
}
