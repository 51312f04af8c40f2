"""What somebody might type in a field to make it run elsewhere."""

# Each one, if it ran, would set `window.ran` or speak in the console.
RUN = "window.ran=1;console.error('ran')"
SCRIPTS = [
    f"<script>{RUN}</script>",
    f"</textarea></title></script><script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg onload={RUN}>",
    f'" onmouseover="{RUN}" onfocus="{RUN}" autofocus x="',
    f'<a href="javascript:{RUN}">x</a>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<details open ontoggle={RUN}>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<style>@import 'javascript:{RUN}'; * {{ background: url(javascript:{RUN}) }}</style>",
    f'<body onload={RUN}><object data="javascript:{RUN}"></object>',
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}"><base href=//evil.example/>',
    "{{ 7|add:7 }}{% now 'Y' %}${7*7}<%= 7*7 %>#{7*7}",
    "'; DROP TABLE chantier_user; --",
    "=cmd|' /C calc'!A0",
    "\u202egnidaer\u202c \u2066x\u2069",
]
