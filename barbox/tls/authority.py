"""The box's own certificate authority and the certificate it serves with.

The authority is bound by critical name constraints (RFC 5280, section 4.2.1.10) to the box's own names and to private
addresses: whoever steals its key cannot pose as a bank to the tablets that trust it. The certificate is short-lived
and made anew by itself, long before it lapses and whenever the box's names or addresses change.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from barbox.core.secrets import keep

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""What browsers accept at most of a public authority; of a private one they take more."""
RENEW_DAYS = LEAF_DAYS // 3
"""With so many days left a new one is made."""
BACKDATED_DAYS = 30
"""A tablet whose clock is behind must not find a certificate of the future."""
PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
MOST_NEIGHBOURS = 9
"""A box whose name is taken calls itself barbox-2 and so on; the authority may speak for so many."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Authority:
    """Keeps authority and certificate in a folder of files that only the box may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key_file, self._file = folder / "authority.key", folder / "authority.pem"
        self.chain_file, self.leaf_key_file = folder / "box.pem", folder / "box.key"

    def certificate(self, box_id: str, names: Iterable[str], now: int) -> x509.Certificate:
        """The authority's certificate, made at the first call for the `names` it may speak for; `now` in ms."""
        if not self._file.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            made = _sign_authority(key, box_id, _family(names), _moment(now))
            keep(self._key_file, _private_pem(key))
            keep(self._file, made.public_bytes(serialization.Encoding.PEM))
        return x509.load_pem_x509_certificate(self._file.read_bytes())

    def renewed(self, box_id: str, names: Sequence[str], addresses: Sequence[str], now: int) -> bool:
        """See that the certificate covers these names and addresses for long enough; whether a new one was made.

        Names and addresses that the authority may not speak for are left out.
        """
        issuer = self.certificate(box_id, names, now)
        wanted = _permitted(issuer, names, addresses)
        if self._fits(issuer, wanted, _moment(now)):
            return False
        authority_key = _loaded(self._key_file)
        key = ec.generate_private_key(ec.SECP256R1())
        made = _sign_leaf(key, issuer, authority_key, wanted, _moment(now))
        keep(self.leaf_key_file, _private_pem(key))
        keep(self.chain_file, made.public_bytes(serialization.Encoding.PEM))
        return True

    def context(self) -> ssl.SSLContext:
        """What to serve with: TLS 1.2 and 1.3. Loading a renewed certificate into it changes new connections only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self.load_into(context)
        return context

    def load_into(self, context: ssl.SSLContext) -> None:
        """Serve with the present certificate from here on."""
        context.load_cert_chain(self.chain_file, self.leaf_key_file)

    def leaf(self) -> x509.Certificate:
        """The certificate in use."""
        return x509.load_pem_x509_certificate(self.chain_file.read_bytes())

    def _fits(self, issuer: x509.Certificate, wanted: frozenset[str], now: datetime) -> bool:
        if not (self.chain_file.exists() and self.leaf_key_file.exists()):
            return False
        leaf = self.leaf()
        if leaf.public_key() != _loaded(self.leaf_key_file).public_key():  # the plug was pulled between the two files
            return False
        left = leaf.not_valid_after_utc - now
        timely = leaf.not_valid_before_utc <= now and left > timedelta(days=RENEW_DAYS)
        return timely and wanted <= spoken_for(leaf) and leaf.issuer == issuer.subject


def name_of(certificate: x509.Certificate) -> str:
    """The name that phones show."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as phones show it: "AB:CD:…"."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def spoken_for(certificate: x509.Certificate) -> frozenset[str]:
    """The names and addresses a certificate is good for."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = (str(each) for each in names.get_values_for_type(x509.IPAddress))
    return frozenset([*names.get_values_for_type(x509.DNSName), *addresses])


def _family(names: Iterable[str]) -> list[str]:
    """The names, and those the box would take if another machine had its own."""
    found = set(names)
    for name in names:
        stem, local, _ = name.partition(".local")
        if local:
            stem = re.sub(r"-\d$", "", stem)
            found |= {f"{stem}.local", *(f"{stem}-{number}.local" for number in range(2, MOST_NEIGHBOURS + 1))}
    return sorted(each for each in found if _address(each) is None)


def _permitted(authority: x509.Certificate, names: Iterable[str], addresses: Iterable[str]) -> frozenset[str]:
    """Those of the names and addresses that the authority may speak for."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    its_names = {each.value for each in allowed if isinstance(each, x509.DNSName)}
    its_nets = [each.value for each in allowed if isinstance(each, x509.IPAddress)]
    found = {name for name in names if name in its_names}
    for text in addresses:
        address = _address(text)
        if address and any(address in net for net in its_nets if not isinstance(net, Address)):
            found.add(str(address))
    return frozenset(found)


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _sign_authority(
    key: ec.EllipticCurvePrivateKey, box_id: str, names: Sequence[str], now: datetime
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Barbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Barbox {box_id[-6:].upper()}"),
        ]
    )
    allowed: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    allowed += [x509.IPAddress(ipaddress.ip_network(net)) for net in PRIVATE]
    return (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _sign_leaf(
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    wanted: frozenset[str],
    now: datetime,
) -> x509.Certificate:
    ordered = sorted(wanted, key=lambda each: (_address(each) is not None, each))
    sans: list[x509.GeneralName] = []
    for each in ordered:
        address = _address(each)
        sans.append(x509.IPAddress(address) if address else x509.DNSName(each))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ordered[0] if ordered else "barbox")])
    return (
        _builder(name, issuer.subject, key, now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(sans), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=BACKDATED_DAYS))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _loaded(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file} is not a key of this box's making")
    return key


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _moment(now: int) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC).replace(microsecond=0)
