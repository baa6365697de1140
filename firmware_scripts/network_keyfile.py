"""NetworkManager keyfiles of the two Wi-Fi connections a box can have (man nm-settings-keyfile)."""

_SECURITY = """\
[wifi-security]
key-mgmt=wpa-psk
psk={password}
"""


def joining(name: str, password: str) -> str:
    """The box joins the bar's Wi-Fi. Raises ValueError for a name that cannot be one."""
    return f"""\
[connection]
id=barbox-wifi
type=wifi

[wifi]
mode=infrastructure
ssid={_ssid(name)}

{_SECURITY.format(password=_escaped(password))}
[ipv4]
method=auto
"""


def offering(name: str, password: str, interface: str, channel: int, address: str) -> str:
    """The box is the access point itself and hands out addresses. Raises ValueError as above."""
    return f"""\
[connection]
id=barbox-access-point
type=wifi
interface-name={interface}
autoconnect-priority=10

[wifi]
mode=ap
band={"bg" if channel <= 14 else "a"}
channel={channel}
ssid={_ssid(name)}

{_SECURITY.format(password=_escaped(password))}proto=rsn
pairwise=ccmp
group=ccmp

[ipv4]
method=shared
address1={address}/24

[ipv6]
method=disabled
"""


def check_password(password: str) -> None:
    """Raises ValueError unless it can be a WPA password (IEEE 802.11: 8 to 63 printable ASCII characters)."""
    if not (8 <= len(password) <= 63 and password.isascii() and password.isprintable()):
        raise ValueError("a Wi-Fi password has 8 to 63 letters, digits or signs of the English keyboard")


def _ssid(name: str) -> str:
    """As a list of bytes, the one form in which no sign of a name means anything else."""
    raw = name.encode()
    if not 1 <= len(raw) <= 32:
        raise ValueError("a Wi-Fi name has at most 32 letters (10 in Chinese)")
    return "".join(f"{byte};" for byte in raw)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(" ", "\\s")
