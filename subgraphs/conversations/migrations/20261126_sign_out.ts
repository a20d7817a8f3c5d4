import { Migration } from '@mikro-orm/migrations';

/** Since when an agent's older tokens are worth nothing. */
export class SignOut extends Migration {
  override up(): void {
    this.addSql('alter table conversations.agents add column signed_out_at timestamptz');
    this.addSql('update conversations.agents set signed_out_at = deactivated_at where deactivated_at is not null');
  }
}
