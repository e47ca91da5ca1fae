//! SealedSecrets: values encrypted for the controller in the cluster, which alone decrypts them.
//!
//! The format is that of <https://github.com/bitnami-labs/sealed-secrets>, `pkg/crypto/crypto.go`: a key for one value,
//! itself encrypted for the controller's public key, and the value encrypted by it. The scope is the strict one: the
//! name of the Secret is signed along, so that nobody can have the controller open the value under another name.

use aes_gcm::aead::Aead as _;
use aes_gcm::aead::array::Array;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::sha2::Sha256;
use rsa::{Oaep, PublicKey};
use x509_cert::Certificate as X509;
use x509_cert::der::Encode as _;

use super::{Random, Time};
use crate::tree::Sum;

/// The public key of a controller.
#[derive(Clone, Debug)]
pub struct Certificate {
    key: PublicKey,
    /// Which key it is, in 16 hexadecimal digits.
    fingerprint: String,
    expires: Time,
}

impl Certificate {
    /// Reads a certificate in PEM; of several, the first one, as `kubeseal` does.
    pub fn read(pem: &str) -> Result<Self, &'static str> {
        let chain = X509::load_pem_chain(pem.as_bytes()).map_err(|_| "it is no certificate in PEM")?;
        let certificate = chain.first().ok_or("it holds no certificate")?.tbs_certificate();
        let key = certificate.subject_public_key_info().to_der().map_err(|_| "its key cannot be read")?;
        Ok(Self {
            key: PublicKey::from_public_key_der(&key).map_err(|_| "its key is none of RSA")?,
            fingerprint: Sum::of(&key).to_string()[..16].to_owned(),
            expires: Time::of(certificate.validity().not_after.to_date_time()),
        })
    }

    /// Returns what tells its key from others.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Returns the last moment at which it may be used.
    #[must_use]
    pub fn expires(&self) -> Time {
        self.expires
    }

    /// Returns `text` encrypted for the Secret `name` in `namespace`.
    pub fn seal(&self, text: &str, namespace: &str, name: &str, random: &mut Random) -> String {
        let mut session = [0; 32];
        random.fill_bytes(&mut session);
        let padding = Oaep::<Sha256>::new_with_label(format!("{namespace}/{name}").into_bytes());
        let wrapped = self.key.encrypt(random, padding, &session).expect("a key of RSA takes 32 bytes");
        // A key that is used once needs no nonce.
        let sealed = Aes256Gcm::new(&Array(session)).encrypt(&Array([0; 12]), text.as_bytes());
        let length = u16::try_from(wrapped.len()).expect("no key of RSA has half a million bits");
        let sealed = sealed.expect("a text is shorter than 64 GiB");
        BASE64.encode([&length.to_be_bytes()[..], &wrapped, &sealed].concat())
    }
}
