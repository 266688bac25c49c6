"""Every other provider, and local servers, through litellm: an optional extra."""
