# Packer from 1.7 on fetches its plugins itself, by `packer init deploy/worker-host`. Debian's 1.6 brings them along and is given
# image.pkr.hcl alone.
packer {
  required_version = ">= 1.7.0"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0, < 2.0.0"
    }
  }
}
