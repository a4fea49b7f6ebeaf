//! Texts in a manifest that stand for a value which another program puts in before it is applied: Flux' variables,
//! placeholders of the Argo CD Vault plugin, templates of Helm. What is put in is not known here.

/// Tells whether a text, or a part of it, stands for something that is put in later.
pub(crate) fn stands_in(text: &str) -> bool {
    let trimmed = text.trim();
    trimmed.starts_with("ENC[")
        || trimmed.starts_with('<') && trimmed.ends_with('>')
        || ["${", "{{", "$(", "<path:"].iter().any(|start| text.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_value_that_is_put_in_later_is_known() {
        for text in [
            "${ca_bundle}",
            "    ${ca_bundle}\n",
            "<password>",
            "<password | base64encode>",
            "{\"auth\": \"<path:secret/data/a#b>\"}",
            "{{ .Values.ca }}",
            "$(CA)",
            "ENC[AES256_GCM,data:x]",
        ] {
            assert!(stands_in(text), "{text}");
        }
        for text in
            ["", "text", "a<b>c", "$oauthtoken", "robot$library+puller", "pa{ss}", "-----BEGIN CERTIFICATE-----"]
        {
            assert!(!stands_in(text), "{text}");
        }
    }
}
