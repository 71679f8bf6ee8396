/** Mark an element as dark where JupyterLab is, or elsewhere the system. Returns what ends it. */
export function followTheme(root) {
  const scheme = matchMedia("(prefers-color-scheme: dark)"); // where there is no JupyterLab
  function follow() {
    const light = document.body.dataset.jpThemeLight;
    root.classList.toggle("zl-dark", light ? light === "false" : scheme.matches);
  }
  follow();
  const observer = new MutationObserver(follow);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  scheme.addEventListener("change", follow);
  return () => {
    observer.disconnect();
    scheme.removeEventListener("change", follow);
  };
}
