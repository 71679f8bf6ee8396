// Cards are drawn for JupyterLab, which says on the body whether it is light: here the system does.

export function followScheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (document.body.dataset.jpThemeLight = String(!dark.matches));
  dark.addEventListener("change", follow);
  follow();
}
