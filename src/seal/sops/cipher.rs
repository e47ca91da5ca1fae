//! One value as SOPS encrypts it: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]`.

use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::{U16, U32};
use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::seal::Random;

/// The key of all values of one file.
pub(super) type DataKey = [u8; 32];

/// AES in the mode of SOPS, whose nonces have 32 bytes.
type Cipher = AesGcm<Aes256, U32, U16>;

/// Bytes of the tag, which follows the ciphertext where it is sealed and stands by itself in the file.
const TAG: usize = 16;

/// Returns `text` encrypted for its `place`, which is signed along: a value moved to another key opens nowhere.
pub(super) fn encrypt(text: &str, place: &str, key: &DataKey, random: &mut Random) -> String {
    if text.is_empty() {
        // SOPS writes and reads nothing as nothing.
        return String::new();
    }
    let mut nonce = [0; 32];
    random.fill_bytes(&mut nonce);
    let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
    let sealed = Cipher::new(&Array(*key)).encrypt(&Array(nonce), payload).expect("a text is shorter than 64 GiB");
    let (data, tag) = sealed.split_at(sealed.len() - TAG);
    let [data, nonce, tag] = [data, &nonce, tag].map(|bytes| BASE64.encode(bytes));
    format!("ENC[AES256_GCM,data:{data},iv:{nonce},tag:{tag},type:str]")
}

/// Returns the bytes of a value that was encrypted for its `place`; whatever type it is of, they are what SOPS signs.
pub(super) fn decrypt(text: &str, place: &str, key: &DataKey) -> Option<Vec<u8>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut fields = text.strip_prefix("ENC[AES256_GCM,data:")?.strip_suffix(']')?.split(',');
    let mut sealed = BASE64.decode(fields.next()?).ok()?;
    let mut named = |name| fields.next()?.strip_prefix(name);
    let nonce: [u8; 32] = BASE64.decode(named("iv:")?).ok()?.try_into().ok()?;
    sealed.extend(BASE64.decode(named("tag:")?).ok()?);
    named("type:")?;
    Cipher::new(&Array(*key)).decrypt(&Array(nonce), Payload { msg: &sealed, aad: place.as_bytes() }).ok()
}

/// Whether a text has the form of an encrypted value.
pub(super) fn is_encrypted(text: &str) -> bool {
    text.is_empty() || text.starts_with("ENC[AES256_GCM,") && text.ends_with(']')
}
